const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

const parse = (text: string | undefined): Language | undefined => {
  if (text === undefined || text === '') return undefined;
  return text.toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

export type LanguageChoice = {
  readonly language: Language;
  /** The arguments without `--lang`. */
  readonly rest: readonly string[];
  /** What `--lang` said, when that is no language of ours. */
  readonly unknown?: string;
};

const takeLangOption = (
  argv: readonly string[],
): { readonly value: string | undefined; readonly rest: readonly string[] } => {
  const end = argv.indexOf('--');
  const index = argv.findIndex(
    (argument, at) =>
      (end === -1 || at < end) && (argument === '--lang' || argument.startsWith('--lang=')),
  );
  const argument = argv[index];
  if (argument === undefined) return { value: undefined, rest: argv };
  const isSeparate = argument === '--lang';
  return {
    value: isSeparate ? (argv[index + 1] ?? '') : argument.slice('--lang='.length),
    rest: [...argv.slice(0, index), ...argv.slice(index + (isSeparate ? 2 : 1))],
  };
};

/** By `--lang`, else SEAMWATT_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG in the order of POSIX); else English. */
export const chooseLanguage = (
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): LanguageChoice => {
  const { value, rest } = takeLangOption(argv);
  const language =
    parse(value) ??
    parse(env['SEAMWATT_LANG']) ??
    parse(env['LC_ALL']) ??
    parse(env['LC_MESSAGES']) ??
    parse(env['LANG']) ??
    'en';
  const isKnown = value === undefined || languages.some((known) => known === value);
  return isKnown ? { language, rest } : { language, rest, unknown: value };
};
