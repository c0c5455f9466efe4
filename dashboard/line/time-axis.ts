/** Times of day in the site's zone, whatever zone the browser is in. */
export const timeAxisLabel = ({
  timeZone,
  language,
}: {
  readonly timeZone: string;
  readonly language: string;
}): ((timeMs: number) => string) => {
  const format = new Intl.DateTimeFormat(language === 'zh' ? 'zh-CN' : 'en-GB', {
    ...{ timeZone, hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  return (timeMs) => format.format(timeMs);
};
