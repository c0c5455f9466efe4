import { type AddressSpace, DataType, type Namespace } from 'node-opcua';

/** What every variable of a twin shows. */
const twinValue = 0;

/** Variables with the identifiers of another namespace, so that whoever keeps an old index reads wrong values that look good. */
export const addTwins = (
  addressSpace: AddressSpace,
  namespace: Namespace,
  ids: Iterable<string>,
): void => {
  const folder = namespace.addFolder(addressSpace.rootFolder.objects, { browseName: 'Twins' });
  for (const id of ids) {
    namespace.addVariable({
      organizedBy: folder,
      browseName: id,
      nodeId: `s=${id}`,
      dataType: DataType.Double,
      value: { dataType: DataType.Double, value: twinValue },
    });
  }
};
