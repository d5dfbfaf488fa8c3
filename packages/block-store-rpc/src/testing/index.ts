export { startFakeNode } from './fake-node.ts';

export type { FakeNode, FakeNodeFault, FakeNodeInit, FakeTipset } from './fake-node.ts';
