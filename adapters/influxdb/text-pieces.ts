/** Constant texts as words of four bytes, which copy several times faster than single bytes. */
export type TextPieces = {
  readonly words: Uint32Array;
  /** Piece i is `words` from `wordStart[i]` to `wordStart[i + 1]`, of which the first `byteLength[i]` bytes count. */
  readonly wordStart: Uint32Array;
  readonly byteLength: Uint32Array;
};

export const createTextPieces = (texts: readonly string[]): TextPieces => {
  const pieces = texts.map((text) => Buffer.from(text));
  const wordStart = new Uint32Array(pieces.length + 1);
  for (const [index, piece] of pieces.entries()) {
    wordStart[index + 1] = (wordStart[index] as number) + Math.ceil(piece.length / 4);
  }
  const words = new Uint32Array(wordStart[pieces.length] as number);
  for (const [index, piece] of pieces.entries()) {
    const padded = Buffer.alloc(Math.ceil(piece.length / 4) * 4);
    piece.copy(padded);
    for (let at = 0; at < padded.length; at += 4) {
      words[(wordStart[index] as number) + at / 4] = padded.readUInt32LE(at);
    }
  }
  return { words, wordStart, byteLength: Uint32Array.from(pieces, (piece) => piece.length) };
};

/** Copies piece `index` and returns its end; up to three bytes behind it are overwritten. */
export const writePiece = (
  view: DataView,
  at: number,
  pieces: TextPieces,
  index: number,
): number => {
  const { words, wordStart } = pieces;
  const end = wordStart[index + 1] as number;
  let position = at;
  for (let word = wordStart[index] as number; word < end; word += 1) {
    view.setUint32(position, words[word] as number, true);
    position += 4;
  }
  return at + (pieces.byteLength[index] as number);
};
