import type { LocalText } from '../../core/point.ts';
import type { Figure, FigureReport, Member, Quantity, Window } from './figure.ts';
import { figureWords, missingWords, partWords, reasonWords } from './figure-words.ts';

type PresentedMember = Member & { readonly words: LocalText | null };
type Members = { readonly members: PresentedMember[]; readonly leftOut: number };

/** A figure with what people read. */
export type PresentedFigure = Omit<
  Figure,
  'numerator' | 'denominator' | 'counted' | 'notCounted' | 'unknown' | 'missing' | 'parts'
> & {
  readonly name: LocalText;
  readonly formula: LocalText;
  readonly numerator: Quantity & { readonly name: LocalText };
  readonly denominator: Quantity & { readonly name: LocalText };
  readonly parts: (Quantity & { readonly id: string; readonly name: LocalText })[];
  readonly counted: Members;
  readonly notCounted: Members;
  readonly unknown: Members;
  readonly missing: {
    readonly code: string;
    readonly words: LocalText;
    readonly members: string[];
    readonly leftOut: number;
  }[];
};

export type PresentedReport = Window & {
  readonly simulated: boolean;
  readonly figures: PresentedFigure[];
};

/** Of each list; how many more there are is said. */
const mostMembers = 1000;

const presentMembers = (members: readonly Member[]): Members => ({
  members: members
    .slice(0, mostMembers)
    .map((one) => ({ ...one, words: one.reason === null ? null : reasonWords[one.reason] })),
  leftOut: Math.max(0, members.length - mostMembers),
});

const presentFigure = (figure: Figure): PresentedFigure => {
  const words = figureWords[figure.id];
  return {
    ...figure,
    name: words.name,
    formula: words.formula,
    numerator: { ...figure.numerator, name: words.numerator },
    denominator: { ...figure.denominator, name: words.denominator },
    parts: Object.entries(figure.parts).map(([id, quantity]) => ({
      ...{ id, ...quantity, name: partWords[id] ?? { en: id, zh: id } },
    })),
    counted: presentMembers(figure.counted),
    notCounted: presentMembers(figure.notCounted),
    unknown: presentMembers(figure.unknown),
    missing: figure.missing.map(({ code, members, leftOut }) => ({
      ...{ code, words: missingWords[code], members: members.slice(0, mostMembers) },
      leftOut: leftOut + Math.max(0, members.length - mostMembers),
    })),
  };
};

export const presentReport = ({ figures, ...report }: FigureReport): PresentedReport => ({
  ...report,
  figures: figures.map(presentFigure),
});
