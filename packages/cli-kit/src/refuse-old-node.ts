/** As `engines` in every package.json. */
const LEAST_MAJOR = 24;

/**
 * Ends a program that an older Node has started, with 1 and a sentence: npm only warns of `engines`, and the next import would
 * fail with a message about some missing module. Has a subpath of its own, and imports nothing, so that an old Node can load it.
 * @param version `process.versions.node`
 */
export function refuseOldNode(version: string, program: string): void {
  if (Number.parseInt(version, 10) >= LEAST_MAJOR) return;
  process.stderr.write(`error: this is Node ${version}; ${program} needs Node ${LEAST_MAJOR} or later\n`);
  process.exit(1);
}
