export { PAGE_HEADERS, pageDirectory } from './page-directory.ts';

export type { PageName } from './page-directory.ts';
