// Panels without a kernel: one slider, frames drawn beforehand, one line of text.
(function () {
  "use strict";

  function start(panel) {
    const live = panel.querySelector(".gc-live");
    const slider = live.querySelector("input");
    const shown = live.querySelector("output");
    const over = live.querySelector(".gc-over");
    const says = live.querySelector(".gc-says");
    const data = JSON.parse(live.querySelector("script").textContent);
    const kept = [];

    function fetchAll() {
      data.images.forEach(function (source, i) {
        if (!kept[i] && i !== data.opening) {
          kept[i] = new Image();
          kept[i].src = source;
        }
      });
    }

    function move() {
      const i = Number(slider.value);
      slider.setAttribute("aria-valuetext", data.values[i]);
      shown.textContent = data.values[i];
      says.textContent = data.says[i];
      over.hidden = i === data.opening;
      if (i !== data.opening) {
        over.src = data.images[i];
      }
      panel.dataset.frame = i;
    }

    slider.value = data.opening; // a browser may remember another one
    panel.dataset.frame = data.opening;
    slider.addEventListener("input", move);
    ["focus", "pointerenter", "touchstart"].forEach(function (name) {
      slider.addEventListener(name, fetchAll, { once: true, passive: true });
    });
    new IntersectionObserver(function (seen, watch) {
      if (seen.some(function (entry) { return entry.isIntersecting; })) {
        fetchAll();
        watch.disconnect();
      }
    }, { rootMargin: "200px" }).observe(panel);
    live.hidden = false;
  }

  function begin() {
    document.querySelectorAll(".gc-panel").forEach(start);
  }

  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }
})();
