/** Signs that no line begins with (GB/T 15834): they stay with the character before them. */
const closing = new Set('，。、；：？！）》」』】〉”’…％,.;:?!)]}%°');
/** Signs that no line ends with. */
const opening = new Set('（《「『【〈“‘([{');

const isWide = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x2e80 && code < 0x1_0000 ? code < 0xd800 || code >= 0xf900 : code >= 0x2_0000;
};

/** Pieces that no line is broken within: words, and single Chinese characters with the signs that belong to them. */
const piecesOf = (text: string): readonly string[] => {
  const pieces: string[] = [];
  let isOpen = false;
  for (const character of text) {
    const last = pieces.at(-1);
    const lastCharacter = last?.at(-1) ?? '';
    const joins =
      last !== undefined &&
      (isOpen ||
        closing.has(character) ||
        (!isWide(character) && !isWide(lastCharacter) && lastCharacter !== ' '));
    if (joins) pieces[pieces.length - 1] = last + character;
    else pieces.push(character);
    isOpen = opening.has(character);
  }
  return pieces;
};

/** A piece wider than a line, in parts that fit. */
const cut = (piece: string, width: number, widthOf: (text: string) => number): string[] => {
  const parts: string[] = [];
  let part = '';
  for (const character of piece) {
    if (part !== '' && widthOf(part + character) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  if (part !== '') parts.push(part);
  return parts;
};

/** One paragraph. Each piece is measured once, by itself: what kerning there is between pieces does not count. */
const wrapParagraph = (
  paragraph: string,
  width: number,
  widthOf: (text: string) => number,
): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  let lineWidth = 0;
  const begin = (piece: string, pieceWidth: number): void => {
    if (widthOf(piece.trimEnd()) <= width) {
      line = piece;
      lineWidth = pieceWidth;
      return;
    }
    const parts = cut(piece, width, widthOf);
    line = parts.pop() ?? '';
    lineWidth = widthOf(line);
    lines.push(...parts);
  };
  for (const piece of piecesOf(paragraph)) {
    const pieceWidth = widthOf(piece);
    if (line === '') begin(piece, pieceWidth);
    else if (lineWidth + widthOf(piece.trimEnd()) <= width) {
      line += piece;
      lineWidth += pieceWidth;
    } else {
      lines.push(line.trimEnd());
      begin(piece, pieceWidth);
    }
  }
  return [...lines, line.trimEnd()];
};

/** Lines of a text that are no wider than `width`, at least one. Line ends in the text are kept. */
export const wrapText = (
  text: string,
  width: number,
  widthOf: (text: string) => number,
): readonly string[] =>
  text.split(/\r?\n/).flatMap((paragraph) => wrapParagraph(paragraph, width, widthOf));
