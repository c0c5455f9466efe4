import type { GatewayEvent } from '../../gateway/core/event.ts';
import { formatTag, quoteText } from './escape.ts';
import { formatPathTags } from './group-layout.ts';

/** Where the gateway's own events go, beside the measurements of the equipment. */
const eventMeasurement = 'seamwatt_event';

/**
 * An event as a line without its time: code, severity and subject are tags (few values, and what one filters by), the
 * texts and the details (JSON, because their keys and types differ from code to code) are fields.
 */
export const formatEventLine = (
  event: GatewayEvent,
  site: { readonly enterprise: string; readonly site: string; readonly simulated: boolean },
): string => {
  const tags = [
    formatTag('code', event.code),
    formatPathTags(site, site.simulated),
    formatTag('severity', event.severity),
    formatTag('subject', event.subject),
  ];
  const fields = [`text=${quoteText(event.text.en)}`, `text_zh=${quoteText(event.text.zh)}`];
  if (event.details !== undefined)
    fields.push(`details=${quoteText(JSON.stringify(event.details))}`);
  return `${eventMeasurement}${tags.join('')} ${fields.join(',')}`;
};
