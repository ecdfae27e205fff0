import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes and checks __VIEWSTATE and __EVENTVALIDATION: bound to the page and this process, not to the session. */
export type ViewState = {
  /** The hidden inputs of a form, HTML. */
  inputs(page: string): string;
  isValid(page: string, viewState: string | undefined): boolean;
  isValidEvent(page: string, eventValidation: string | undefined): boolean;
};

export function createViewState(): ViewState {
  const machineKey = randomBytes(32);
  const token = (page: string, purpose: string): string =>
    createHmac('sha256', machineKey).update(`${purpose}\n${page.toLowerCase()}`).digest('base64');
  const matches = (expected: string, given: string | undefined): boolean => {
    const bytes = Buffer.from(given ?? '');
    return bytes.length === expected.length && timingSafeEqual(bytes, Buffer.from(expected));
  };
  return {
    inputs: (page) =>
      [
        ['__EVENTTARGET', ''],
        ['__EVENTARGUMENT', ''],
        ['__VIEWSTATE', token(page, 'view state')],
        ['__VIEWSTATEGENERATOR', 'CA0B0334'],
        ['__EVENTVALIDATION', token(page, 'event validation')],
      ]
        .map(([name, value]) => `<input type="hidden" name="${name}" id="${name}" value="${value}" />`)
        .join('\n'),
    isValid: (page, given) => matches(token(page, 'view state'), given),
    isValidEvent: (page, given) => matches(token(page, 'event validation'), given),
  };
}
