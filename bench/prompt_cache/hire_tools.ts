/**
 * The tools of the agent whose conversation is played: a shop that hires bicycles out.
 *
 * @module
 */
import { Tool } from "@nomos/agent";
import * as v from "valibot";

/** The bicycles of the shop. */
const BIKES: readonly {
  readonly id: string;
  readonly kind: "city" | "touring" | "electric" | "cargo";
  readonly name: string;
  readonly price: number;
  readonly about: string;
}[] = [
  {
    id: "c1",
    kind: "city",
    name: "Linden 3",
    price: 14,
    about: "three gears, back-pedal brake, basket in front, frame heights 46 to 56 cm",
  },
  {
    id: "t1",
    kind: "touring",
    name: "Fernweh 24",
    price: 22,
    about: "24 gears, disc brakes, two pannier racks, hub dynamo, frame heights 50 to 62 cm",
  },
  {
    id: "t2",
    kind: "touring",
    name: "Fernweh Low",
    price: 22,
    about: "21 gears, low entry, rim brakes, one pannier rack, frame heights 44 to 54 cm",
  },
  {
    id: "e1",
    kind: "electric",
    name: "Strom 500",
    price: 38,
    about: "motor to 25 km/h, battery for some 90 km on the flat, charger included, 26 kg",
  },
  {
    id: "g1",
    kind: "cargo",
    name: "Lastenesel",
    price: 45,
    about: "box in front with two seats and belts, rain cover, load to 80 kg, three wheels",
  },
];

const bike = v.picklist(BIKES.map(({ id }) => id));
const date = v.pipe(v.string(), v.regex(/^\d{4}-\d{2}-\d{2}$/));
const days = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30));

/** Lists what is there. */
export const listBikes: Tool = new Tool({
  name: "list_bikes",
  description: "List the bicycles that can be hired on a date, with kind, features and price a day",
  args: v.object({ date, kind: v.optional(v.picklist(["city", "touring", "electric", "cargo"])) }),
  run: ({ date, kind }) => {
    const found = BIKES.filter((bike) => kind === undefined || bike.kind === kind);
    const lines = found.map(({ id, kind, name, price, about }) =>
      `${id}: ${name} (${kind}), ${price}.00 EUR a day: ${about}`
    );
    return `${found.length} models on ${date}\n${lines.join("\n")}`;
  },
});

/** Tells whether one is free. */
export const checkAvailability: Tool = new Tool({
  name: "check_availability",
  description: "Check whether a bicycle is free from a date for a number of days, by frame height",
  args: v.object({ bike, from: date, days }),
  run: ({ bike, from, days }) => ({
    bike: nameOf(bike),
    from,
    days,
    free: [{ frame: "50 cm", count: 2 }, { frame: "54 cm", count: 1 }, {
      frame: "58 cm",
      count: 3,
    }],
    pickUp: "from 9:00, at the shop by the station, Bahnhofstrasse 12",
    return: "until 18:30 on the last day; the key goes into the box beside the door after that",
  }),
});

/** Works out a price. */
export const quotePrice: Tool = new Tool({
  name: "quote_price",
  description: "Work out the price of a hire, with discounts for several days and the insurance",
  args: v.object({ bike, days, insurance: v.boolean(), helmets: v.optional(days) }),
  run: ({ bike, days, insurance, helmets = 0 }) => {
    const hire = BIKES.find(({ id }) => id === bike)!.price * days;
    const discount = days >= 7 ? 0.25 : days >= 3 ? 0.1 : 0;
    const extras = (insurance ? 3.5 * days : 0) + 2 * helmets * days;
    return {
      bike: nameOf(bike),
      lines: [
        { what: `${days} days`, amount: hire },
        { what: `discount for ${days} days`, amount: -hire * discount },
        {
          what: "insurance against theft and damage, 150 EUR excess",
          amount: insurance ? 3.5 * days : 0,
        },
        { what: `${helmets} helmets`, amount: 2 * helmets * days },
      ],
      total: hire * (1 - discount) + extras,
      currency: "EUR",
    };
  },
});

/** Books one. */
export const makeBooking: Tool = new Tool({
  name: "make_booking",
  description: "Book a bicycle in somebody's name; it is held for a day until it is paid for",
  args: v.object({ bike, from: date, days, frame: v.string(), name: v.string() }),
  run: ({ bike, from, days, frame, name }) =>
    `Booked ${nameOf(bike)}, frame ${frame}, from ${from} for ${days} days for ${name}. ` +
    `The code of the booking is BK-${bike.toUpperCase()}-${from.replaceAll("-", "")}. ` +
    "It is held for 24 hours and then given back unless it is paid for. " +
    "Changes are free until two days before the hire begins.",
});

/** Finds a booking again. */
export const findBooking: Tool = new Tool({
  name: "find_booking",
  description: "Find a booking by its code, with what was booked, what is paid and what may change",
  args: v.object({ code: v.string() }),
  run: ({ code }) => ({
    code,
    state: "held, not paid for",
    pickUp: "from 9:00 at the shop by the station",
    mayChange: ["days, while the bicycle is free", "frame height", "helmets and child seats"],
    mayNotChange: ["the kind of bicycle, which needs a new booking"],
    note: "Somebody called about panniers on the day before; two of 20 litres were put aside.",
  }),
});

/** Changes a booking. */
export const changeBooking: Tool = new Tool({
  name: "change_booking",
  description: "Change the first day, the number of days or the frame height of a booking",
  args: v.object({ code: v.string(), from: v.optional(date), days: v.optional(days) }),
  run: ({ code, from, days }) =>
    `Changed ${code}: ${from ? `it begins on ${from}` : "it begins as before"}, ` +
    `${days ? `for ${days} days` : "for as many days as before"}. The price was worked out anew, ` +
    "and a confirmation is due once it is paid for. The frame and the extras are as they were.",
});

/** Takes a payment. */
export const takePayment: Tool = new Tool({
  name: "take_payment",
  description: "Ask for the payment of a booking by a link that is sent, by card or by invoice",
  args: v.object({
    code: v.string(),
    by: v.picklist(["link", "card", "invoice"]),
    amount: v.number(),
  }),
  run: ({ code, by, amount }) => ({
    code,
    by,
    amount,
    currency: "EUR",
    state: "paid",
    receipt: `RC-${code.slice(3)}`,
    note: "The deposit of 50 EUR is blocked on the day of the hire and given back on return.",
  }),
});

/** Sends a confirmation. */
export const sendConfirmation: Tool = new Tool({
  name: "send_confirmation",
  description: "Send the confirmation and the receipt of a booking to an address",
  args: v.object({ code: v.string(), email: v.string() }),
  run: ({ code, email }) =>
    `Sent to ${email}: the confirmation of ${code}, the receipt, the conditions of hire, ` +
    "a map of the way from the station to the shop, and what to do after a breakdown.",
});

/** Looks the rules of the shop up. */
export const lookUpRules: Tool = new Tool({
  name: "look_up_rules",
  description: "Look up what the conditions of hire say about a subject, for example breakdowns",
  args: v.object({ subject: v.string() }),
  run: ({ subject }) =>
    `Conditions of hire, section on ${subject}: Whoever hires looks after the bicycle as after ` +
    "their own and locks the frame to something fixed. After a breakdown call the shop; within " +
    "30 km we come and mend or exchange, at no cost unless the damage was done on purpose. Theft " +
    "is reported to the police within a day; with the insurance the excess is 150 EUR, without " +
    "it the current value is due. A hire that ends early is not paid back, one that ends late " +
    "costs a day for each day begun.",
});

function nameOf(bike: string): string {
  return BIKES.find(({ id }) => id === bike)!.name;
}
