export type FollowState = 'asking' | 'there' | 'none' | 'failed';

/** What is to be said of a panel that is followed; undefined while what is shown is current. */
export const followNote = (
  state: FollowState,
  isShown: boolean,
): 'waiting' | 'noPanel' | 'failed' | 'failedOld' | undefined => {
  if (state === 'none') return 'noPanel';
  if (state === 'failed') return isShown ? 'failedOld' : 'failed';
  return isShown ? undefined : 'waiting';
};
