/** The slice of a vitest test context that this needs. */
export interface SkippableTest {
  skip(note?: string): never;
}

/**
 * Skips a test because something external is missing, visibly and with the reason. Where everything has to be there
 * (`WAYBILL_TEST_REQUIRE_EXTERNALS=1`, as in CI) the test fails instead.
 */
export function skipWithout(test: SkippableTest, reason: string, environment: NodeJS.ProcessEnv = process.env): never {
  if (environment['WAYBILL_TEST_REQUIRE_EXTERNALS'] === '1') throw new Error(`required here: ${reason}`);
  return test.skip(reason);
}
