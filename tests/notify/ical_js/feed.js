// Reads an iCalendar feed from standard input with ical.js and prints all its events, by UID, with their instances.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const events = calendar.getAllSubcomponents("vevent").map((part) => new ICAL.Event(part));
const found = {};
for (const main of events.filter((one) => !one.isRecurrenceException())) {
  for (const moved of events) if (moved.isRecurrenceException() && moved.uid === main.uid) main.relateException(moved);
  const instances = [];
  if (main.isRecurring()) {
    const dates = main.iterator();
    for (let at = dates.next(); at && instances.length < 200; at = dates.next()) {
      const { startDate, endDate } = main.getOccurrenceDetails(at);
      instances.push([startDate.toUnixTime(), endDate.toUnixTime()]);
    }
  } else instances.push([main.startDate.toUnixTime(), main.endDate.toUnixTime()]);
  found[main.uid] = {
    sequence: main.sequence,
    status: main.component.getFirstPropertyValue("status"),
    summary: main.summary,
    instances: instances.sort((a, b) => a[0] - b[0]),
  };
}
console.log(JSON.stringify({ name: calendar.getFirstPropertyValue("name"), events: found }));
