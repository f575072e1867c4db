"""Results as tables in Markdown, for a terminal and for docs/performance.md alike."""


def show(title, header, rows):
    """Prints at once: who waits for a long run sees how far it is."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]
    print(f"\n{title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        # The first column is text, all others are numbers.
        cells = [cell.rjust(width) if column else cell.ljust(width)
                 for column, (cell, width) in enumerate(zip(row, widths))]
        print(f"| {' | '.join(cells)} |")
    print(flush=True)


def seconds(value):
    return f"{value:.2f} s"


def milliseconds(value):
    return f"{value * 1000:.1f} ms"


def mebibytes(value):
    return f"{value / 2**20:.1f} MiB"


def ratio(value):
    return f"{value:.2f}"
