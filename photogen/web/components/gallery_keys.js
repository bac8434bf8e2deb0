// Where a key leads from the picture `at`: its index (-1: nowhere), undefined for a key that leads nowhere ever.
export function destination(key, at, rows, items) {
  const column = (step) => {
    const here = rows.of(at);
    const row = rows.rows[here + step];
    if (!row) return -1;
    const from = rows.cells(rows.rows[here], items)[at - rows.rows[here].start];
    const middle = from.left + from.width / 2;
    const cells = rows.cells(row, items);
    return (cells.find((cell) => cell.left + cell.width >= middle) ?? cells[cells.length - 1]).index;
  };
  return {
    ArrowLeft: () => at - 1, ArrowRight: () => at + 1, ArrowUp: () => column(-1), ArrowDown: () => column(1),
    Home: () => 0, End: () => items.length - 1,
  }[key]?.();
}
