/** As `engines` in package.json. */
const LEAST_MAJOR = 24;

/** npm only warns of `engines`: an older Node would fail with a message about some missing module. */
export function refuseOldNode(version: string): void {
  if (Number.parseInt(version, 10) >= LEAST_MAJOR) return;
  process.stderr.write(`error: this is Node ${version}; waybill-shaman-server needs Node ${LEAST_MAJOR} or later\n`);
  process.exit(1);
}
