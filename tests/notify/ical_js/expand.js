// Reads one iCalendar object from standard input with ical.js and prints every instance of its series as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const parts = calendar.getAllSubcomponents("vevent").map((part) => new ICAL.Event(part));
const [main, ...moved] = parts;
for (const one of moved) main.relateException(one);

const found = [];
const dates = main.iterator();
for (let at = dates.next(); at && found.length < 200; at = dates.next()) {
  const { startDate, endDate } = main.getOccurrenceDetails(at);
  found.push([startDate.toUnixTime(), endDate.toUnixTime()]);
}
console.log(JSON.stringify({
  method: calendar.getFirstPropertyValue("method"),
  uid: main.uid,
  sequence: main.sequence,
  instances: found.sort((a, b) => a[0] - b[0]),
}));
