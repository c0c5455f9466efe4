export type PathElement = { readonly name: string; readonly namespaceUri: string };

/** Where a node is, in words that outlive a restart of the server. */
export type NodeAddress =
  | { readonly type: 'identifier'; readonly identifier: string; readonly namespaceUri: string }
  | { readonly type: 'path'; readonly elements: readonly PathElement[] };

/** A path of browse names, those without a namespace of their own in `uri`. */
export const pathOf = (
  path: readonly (string | { readonly name: string; readonly namespaceUri?: string | undefined })[],
  uri: string,
): readonly PathElement[] =>
  path.map((element) =>
    typeof element === 'string'
      ? { name: element, namespaceUri: uri }
      : { name: element.name, namespaceUri: element.namespaceUri ?? uri },
  );

export const describeAddress = (address: NodeAddress): string =>
  address.type === 'identifier'
    ? address.identifier
    : address.elements.map((element) => element.name).join('/');
