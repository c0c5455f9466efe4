/** Colours of the page at this moment, for what is drawn on a canvas and cannot inherit them. */
export type ChartColours = {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly abnormal: string;
  readonly warning: string;
  readonly accent: string;
  /** Told apart by lightness as well as hue, in this order. */
  readonly series: readonly string[];
};

const seriesCount = 6;

/** To be read anew when the theme changes. */
export const chartColours = (): ChartColours => {
  // A custom property keeps light-dark() unresolved; a colour that is used does not.
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const colourOf = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours: ChartColours = {
    text: colourOf('text'),
    muted: colourOf('muted'),
    line: colourOf('line'),
    panel: colourOf('panel'),
    abnormal: colourOf('abnormal'),
    warning: colourOf('warning'),
    accent: colourOf('accent'),
    series: Array.from({ length: seriesCount }, (_, index) => colourOf(`series-${index + 1}`)),
  };
  probe.remove();
  return colours;
};
