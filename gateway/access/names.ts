/** What a user may be called: letters and digits of any script, and . _ @ - within; at most 64 characters. */
export const userNamePattern = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;
