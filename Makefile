# Each word is handed to course.py, which does the work and runs without make too.
PYTHON ?= python3
export PINS

help:
	@$(FIND) && $(PYTHON) course.py help

lab setup setup-site test test-pages notebooks bench site:
	@$(FIND) && $(PYTHON) course.py $@ $(if $(CHAPTER),--chapter $(CHAPTER)) $(ARGS)

FIND = command -v $(PYTHON) >/dev/null 2>&1 || { echo "make: no $(PYTHON) here;" \
	"install Python 3.11 or newer with venv" \
	"(Debian, Ubuntu: sudo apt-get install python3 python3-venv)"; exit 1; }

.PHONY: help lab setup setup-site test test-pages notebooks bench site
