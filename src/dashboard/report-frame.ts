import { element } from './element.js';
import { SANDBOX } from './sandbox.js';

/** Makes a frame as high as what is in it, now and whenever that changes. */
function follow(frame: HTMLIFrameElement): void {
  const page = frame.contentDocument?.documentElement;
  if (page === undefined) return;
  const fit = (): void => {
    frame.height = String(Math.ceil(page.getBoundingClientRect().height));
  };
  new ResizeObserver(fit).observe(page);
}

/** Shows a report's page inside the dashboard. */
export function reportFrame(title: string, page: string): HTMLIFrameElement {
  const frame = element('iframe', { class: 'report', title, sandbox: SANDBOX, srcdoc: page });
  frame.addEventListener('load', () => {
    follow(frame);
  });
  return frame;
}
