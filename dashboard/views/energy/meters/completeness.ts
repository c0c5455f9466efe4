/** How complete a day of a meter is: as said and as drawn. */
export type CompletenessStep = 'full' | 'nearly' | 'gaps' | 'poor' | 'nothing';

const nearly = 0.99;
const gaps = 0.9;

export const completenessStep = (share: number): CompletenessStep => {
  if (share >= 0.9995) return 'full';
  if (share >= nearly) return 'nearly';
  if (share >= gaps) return 'gaps';
  return share > 0 ? 'poor' : 'nothing';
};
