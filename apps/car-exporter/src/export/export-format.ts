/** What the bytes of an export are: a CARv1; the same, compressed; compressed in frames with an index; a CARv2 with an index. */
export const EXPORT_FORMATS = ['car', 'zstd', 'forest', 'carv2'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What its name says; a CARv1 where it says nothing. */
export function formatOfName(path: string): ExportFormat {
  if (path.endsWith('.forest.car.zst')) return 'forest';
  return path.endsWith('.zst') ? 'zstd' : 'car';
}

/** What names of files of a format end with. */
export const FORMAT_EXTENSIONS: Readonly<Record<ExportFormat, string>> = {
  car: '.car',
  carv2: '.car',
  zstd: '.car.zst',
  forest: '.forest.car.zst',
};
