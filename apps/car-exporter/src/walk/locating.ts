import { CarError, type CarStore, type RunVisitor } from '@waybill/car';

/** Gives what is wrong with a frame its file and offset: offsets of the codecs count from the beginning of the bytes that were read. */
export function locating(store: CarStore, visit: RunVisitor): RunVisitor {
  return (ordinal, bytes, frameStart, cidStart, dataStart, end) => {
    try {
      visit(ordinal, bytes, frameStart, cidStart, dataStart, end);
    } catch (error) {
      if (!(error instanceof CarError)) throw error;
      const { index } = store;
      throw error.locate(index.files[index.fileOf(ordinal)]?.path ?? '', index.offset(ordinal) - frameStart);
    }
  };
}
