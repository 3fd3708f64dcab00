"use strict";
document.querySelectorAll("th button").forEach((button) => button.addEventListener("click", () => {
  const head = button.parentElement, body = head.closest("table").tBodies[0], place = head.cellIndex;
  const down = head.getAttribute("aria-sort") === "ascending";
  for (const other of head.parentElement.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[place].dataset.v ?? row.cells[place].textContent;
  const order = (one, two) => key(one).localeCompare(key(two), undefined, { numeric: true });
  const number = (one, two) => Number(key(one)) - Number(key(two));
  const rows = [...body.rows].filter((row) => key(row) !== "");
  const empty = [...body.rows].filter((row) => key(row) === "");
  rows.sort(head.classList.contains("n") ? number : order);
  if (down) rows.reverse();
  body.append(...rows, ...empty);
}));
