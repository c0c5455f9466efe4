const dayMs = 86_400_000;
/** The range moves on in steps, so that the same is asked for again within one. */
const stepMs = 300_000;

/** The last 24 hours; the end is a little ahead of now, and moves on with it. UTC epoch ms. */
export const lastDay = (nowMs: number): { readonly fromMs: number; readonly toMs: number } => {
  const toMs = (Math.floor(nowMs / stepMs) + 1) * stepMs;
  return { fromMs: toMs - dayMs, toMs };
};
