"""Show a page what a larger run gave, and say where the numbers are from."""

from gradcourse.recorded import load


def recorded(slug: str, name: str) -> dict:
    """Print when, where and how a record was made, and return its numbers.

    Args:
        slug: the chapter, such as "multistage".
        name: which of its records.

    Returns:
        The numbers, as the chapter's recording function gave them.

    Raises:
        ValueError: no such record.
    """
    record = load(slug, name)
    print(f"recorded {record['date']} on {record['device']} by `{record['command']}`")
    return record["numbers"]
