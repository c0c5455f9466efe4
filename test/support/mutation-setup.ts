import fc from 'fast-check';

// Of a mutant that a property notices, nobody reads the shortest example.
fc.configureGlobal({ endOnFailure: true });
