/** Sorted copies keep callers' lists as they are. */
function sorted(values) {
  return [...values].sort((a, b) => a - b);
}

export function quantile(values, fraction) {
  const list = sorted(values);

  return list[Math.min(list.length - 1, Math.floor(list.length * fraction))];
}

export function median(values) {
  const list = sorted(values);
  const middle = list.length >> 1;

  return list.length % 2 === 1 ? list[middle] : (list[middle - 1] + list[middle]) / 2;
}

/** Median with the range it came from. */
export function spread(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function show(value) {
  if (value === undefined || Number.isNaN(value)) return '-';
  const size = Math.abs(value);

  return size >= 1_000
    ? Math.round(value).toLocaleString('en-US')
    : size >= 100
      ? value.toFixed(0)
      : size >= 10
        ? value.toFixed(1)
        : size >= 0.1 || size === 0
          ? value.toFixed(2)
          : value.toFixed(3);
}

export function showSpread({ median: middle, min, max }) {
  return `${show(middle)} (${show(min)}-${show(max)})`;
}
