const dayMs = 86_400_000;

/** Calendar date of a UTC instant as YYYYMMDD, in the proleptic Gregorian calendar. */
const compactDate = (timeMs: number): string => {
  // Days are counted from 0000-03-01, so that a leap day is the last of its year.
  const days = Math.floor(timeMs / dayMs) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
};

const nameOf = (date: string, serial: number): string =>
  `MPM01-${date}-${String(serial).padStart(3, '0')}`;

/** Gives panels their names, such as MPM01-20230621-001: the UTC day of loading and a number that restarts with it. */
export class PanelIds {
  #date = '';
  #serial = 0;

  next(timeMs: number): string {
    const { date, serial } = this.#after(timeMs);
    this.#date = date;
    this.#serial = serial;
    return nameOf(date, serial);
  }

  /** The name that the next panel has if it is loaded on the day of `timeMs`. */
  expected(timeMs: number): string {
    const { date, serial } = this.#after(timeMs);
    return nameOf(date, serial);
  }

  #after(timeMs: number): { readonly date: string; readonly serial: number } {
    const date = compactDate(timeMs);
    return { date, serial: date === this.#date ? this.#serial + 1 : 1 };
  }
}

/** The job order of a panel, such as JO-20230621-001. */
export const jobIdOf = (panelId: string): string => panelId.replace('MPM01', 'JO');
