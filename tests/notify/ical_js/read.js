// Reads one iCalendar object from standard input with ical.js and prints what it understood as JSON.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(new ICAL.Timezone(zone));
const component = calendar.getFirstSubcomponent("vevent");
const event = new ICAL.Event(component);
const people = component.getAllProperties("attendee");

console.log(JSON.stringify({
  method: calendar.getFirstPropertyValue("method"),
  uid: event.uid,
  sequence: event.sequence,
  status: component.getFirstPropertyValue("status"),
  starts_at: event.startDate.toUnixTime(),
  ends_at: event.endDate.toUnixTime(),
  tz: event.startDate.zone.tzid,
  summary: event.summary,
  description: event.description ?? "",
  location: event.location ?? "",
  url: component.getFirstPropertyValue("url"),
  attendees: people.map((one) => one.getFirstValue()),
  names: people.map((one) => one.getFirstParameter("cn")),
}));
