import { values } from '@waybill/cli-kit';
import { WaybillError } from '@waybill/common';

/** A text that `parse` takes; what it throws says why not. A bad value then is wrong use (exit code 2), whichever option it is of. */
export const parsedText = (parse: (text: string) => unknown) =>
  values.text().superRefine((text, context) => {
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof WaybillError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });
