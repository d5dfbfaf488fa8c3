/** The field with the path of a library: where there are both, up to 2.9, `filepath` is what became of it on somebody's machine. */
export const LIBRARY_PATH = ['name', 'filepath'] as const;
