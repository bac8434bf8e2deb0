// The months as a rail: each as tall as it has pictures. A click jumps to the month.
import { memo, useMemo } from "react";
import { useTold } from "./gallery_cells.jsx";
import { counted, fill, monthName } from "./gallery_parts.jsx";

const LEAST = 22; // pixels that a month needs to be hit

// `looked` (Told) is the month that is looked at. Drawn again when it is another one, not with every row that is scrolled by.
export const Months = memo(function Months({ months, looked, onJump, words }) {
  const current = useTold(looked);
  const total = useMemo(() => months.reduce((sum, [, count]) => sum + count, 0), [months]);
  if (months.length < 2) return null;
  const name = (month, count) => fill(words.monthCount, { month: monthName(month), pictures: counted({ count }, words) });
  return (
    <nav className="gallery-months" aria-label={words.months}>
      <ol style={{ minHeight: months.length * LEAST }}>
        {months.map(([month, count], i) => {
          const year = Math.floor(month / 100);
          const first = i === 0 || Math.floor(months[i - 1][0] / 100) !== year;
          return (
            <li key={month} style={{ flexGrow: count / total, flexBasis: LEAST }} data-year={first ? year : undefined}>
              <button type="button" aria-current={month === current ? "true" : undefined} onClick={() => onJump(String(month))}
                aria-label={name(month, count)} title={name(month, count)}>
                <span aria-hidden="true">{monthName(month, "short").split(" ")[0]}</span>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
});
