/** Apart from what shows them, for code that knows nothing of a page. */

export type Language = 'zh' | 'en';

/** Texts by key, each in both languages; none can be forgotten. */
export type TextTable = Readonly<Record<string, Readonly<Record<Language, string>>>>;
