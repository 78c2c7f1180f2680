/**
 * The conversation that is played: what the guest says, and what the model decides.
 *
 * @module
 */
import { decide, type Decision } from "@nomos/agent";

/** One turn: an input and the decisions that follow it. */
export interface ScriptedTurn {
  /** What the guest says. */
  readonly input: string;
  /** What the model decides. */
  readonly decisions: readonly Decision[];
}

const { call, end, move, respond } = decide;

function turn(input: string, ...decisions: readonly Decision[]): ScriptedTurn {
  return { input, decisions };
}

function because(reasoning: string): { readonly reasoning: string } {
  return { reasoning };
}

const FIRST = "BK-T1-20260515";
const SECOND = "BK-G1-20260516";

/** Thirty turns through all six steps. */
export const SCRIPT: readonly ScriptedTurn[] = [
  turn(
    "Hello! Is this the place by the station?",
    respond(
      "Hello, and welcome to Radhaus! Yes, we are right by the station. Would you like to hire a bicycle, or do you have a booking already?",
      because("They only greet so far"),
    ),
  ),
  turn(
    "We would like to hire something for a few days in the middle of May.",
    move("choose", because("They want to hire")),
    respond(
      "Lovely, May is the best time for it. Who is going to ride, and roughly how far a day?",
      because("I need to know who rides before I suggest anything"),
    ),
  ),
  turn(
    "Me and my daughter, she is eight and has her own bike. I would do 40 to 60 kilometres a day, with luggage.",
    call(
      "list_bikes",
      { date: "2026-05-15", kind: "touring" },
      because("With luggage and 60 km a day it is a touring bike"),
    ),
    respond(
      "For luggage and that distance I suggest the Fernweh 24, with two racks and disc brakes; if you prefer to step through, the Fernweh Low. Which day would you begin?",
      {
        suggestions: ["On 15 May", "The Low, please", "Is there an electric one?"],
        ...because("Two suit them"),
      },
    ),
  ),
  turn(
    "The 24 sounds right. From the 15th, for five days. Is it free?",
    call(
      "check_availability",
      { bike: "t1", from: "2026-05-15", days: 5 },
      because("They ask whether it is free"),
    ),
    respond(
      "It is: on 15 May we have it in three frame heights. Shall I work out what five days cost, with or without the insurance?",
      { suggestions: ["With insurance", "Without"], ...because("The price is not known yet") },
    ),
  ),
  turn(
    "With insurance please, and one helmet for me.",
    call(
      "quote_price",
      { bike: "t1", days: 5, insurance: true, helmets: 1 },
      because("All that is needed for a price is known"),
    ),
    respond(
      "Five days with insurance and one helmet come to 126.50 EUR; a discount of ten per cent is in it already. Shall I book it?",
      { suggestions: ["Yes, please", "Let me think"], ...because("The tool gave the total") },
    ),
  ),
  turn(
    "Before I decide: how much would an electric one be?",
    call(
      "list_bikes",
      { date: "2026-05-15", kind: "electric" },
      because("They want to compare with an electric one"),
    ),
    call(
      "quote_price",
      { bike: "e1", days: 5, insurance: true, helmets: 1 },
      because("The same days and extras, so that the prices compare"),
    ),
    respond(
      "The Strom 500 would be 198.50 EUR for the same five days. It takes the hills away, but it weighs 26 kg, and the battery lasts for some 90 km.",
      {
        suggestions: ["The touring bike then", "The electric one"],
        ...because("Both prices known"),
      },
    ),
  ),
  turn(
    "Too heavy for the train. The touring bike then, book it please.",
    move("book", because("Bicycle, day and length are chosen")),
    respond(
      "Good choice. In which name shall I book it, and do you know your frame height? If not, tell me how tall you are.",
      because("A booking needs a name and a frame height"),
    ),
  ),
  turn(
    "Name is Ida Brandt. I am 1.78 m, inside leg is 84 cm or so.",
    call(
      "make_booking",
      { bike: "t1", from: "2026-05-15", days: 5, frame: "54 cm", name: "Ida Brandt" },
      because("84 cm times two thirds is 56; of 54 and 58, 54 is nearer for touring"),
    ),
    respond(
      `Booked: Fernweh 24, frame 54 cm, from 15 May for five days, code ${FIRST}. It is held for a day. Would you like to pay now?`,
      because("The booking is made, next is the payment"),
    ),
  ),
  turn(
    "Is 54 not a bit small for me?",
    call(
      "check_availability",
      { bike: "t1", from: "2026-05-15", days: 5 },
      because("Whether the larger one is free decides what I can offer"),
    ),
    respond(
      "With 84 cm inside leg 54 to 58 fit; 54 is easier with luggage. The 58 is free as well: you can try both when you come and take the one you like.",
      because("Both are free, so nothing has to be decided now"),
    ),
  ),
  turn(
    "Great, that is a good solution. Then I would like to pay.",
    move("pay", because("They want to pay")),
    respond(
      "With pleasure. It is 126.50 EUR for five days with insurance and helmet. Would you like to pay by card, by a link, or by invoice?",
      because("How they pay is not known yet"),
    ),
  ),
  turn(
    "By card. And what happens if I have a puncture somewhere in the forest?",
    move("support", because("The question is about the conditions")),
    call(
      "look_up_rules",
      { subject: "breakdowns" },
      because("I look the conditions up before I quote them"),
    ),
    respond(
      "Call us: within 30 km we come, and mend or exchange it at no cost. A repair kit is in the bag under the saddle. Shall we go on with the payment?",
      because("Answered from the conditions"),
    ),
  ),
  turn(
    "Yes please, by card.",
    move("pay", because("Something is to be paid")),
    call(
      "take_payment",
      { code: FIRST, by: "card", amount: 126.5 },
      because("They chose the card and know the amount"),
    ),
    respond(
      "Paid, thank you! On the day a deposit of 50 EUR is blocked and given back on return. Where may I send the confirmation?",
      because("The confirmation needs an address"),
    ),
  ),
  turn(
    "ida.brandt@example.com",
    call(
      "send_confirmation",
      { code: FIRST, email: "ida.brandt@example.com" },
      because("They gave the address"),
    ),
    move("farewell", because("It is paid and confirmed")),
    respond(
      "It is on its way, with a map and the conditions. Please bring an identity card and the code of the booking. Is there anything else?",
      because("Summed up, and asked once"),
    ),
  ),
  turn(
    "Actually yes: a friend joins us on the 16th with two small children.",
    move("choose", because("One more bicycle is wanted")),
    call(
      "list_bikes",
      { date: "2026-05-16", kind: "cargo" },
      because("Two small children ride along in a cargo bike"),
    ),
    respond(
      "Then the Lastenesel is made for you: a box with two seats and belts, and a rain cover. For how many days does your friend need it?",
      { suggestions: ["One day", "Two days"], ...because("There is only one of this kind") },
    ),
  ),
  turn(
    "Two days. Are the seats safe for a two-year-old?",
    call(
      "check_availability",
      { bike: "g1", from: "2026-05-16", days: 2 },
      because("Whether it is free comes first"),
    ),
    respond(
      "It is free on both days. The seats have belts with three points and are for children from about one year who sit by themselves; a helmet is a good idea all the same.",
      { suggestions: ["What does it cost?", "Book it"], ...because("Free, and answered") },
    ),
  ),
  turn(
    "What does it cost with insurance and three helmets?",
    call(
      "quote_price",
      { bike: "g1", days: 2, insurance: true, helmets: 3 },
      because("They ask for the price with extras"),
    ),
    respond(
      "Two days with insurance and three helmets are 109.00 EUR. Shall I book it for your friend?",
      { suggestions: ["Yes", "No"], ...because("The tool gave the total") },
    ),
  ),
  turn(
    "Yes, in the name of Jonas Weber. He is about as tall as I am.",
    move("book", because("Bicycle, day and length are chosen")),
    call(
      "make_booking",
      { bike: "g1", from: "2026-05-16", days: 2, frame: "54 cm", name: "Jonas Weber" },
      because("Name and height are known"),
    ),
    respond(
      `Booked for Jonas Weber: the Lastenesel on 16 and 17 May, code ${SECOND}. Will you pay for it as well, or does he?`,
      because("Who pays is not known"),
    ),
  ),
  turn(
    "He pays himself, by link. Can you send it to jonas.weber@example.com?",
    move("pay", because("The booking is made and is to be paid")),
    call(
      "take_payment",
      { code: SECOND, by: "link", amount: 109 },
      because("They chose the link and know the amount"),
    ),
    call(
      "send_confirmation",
      { code: SECOND, email: "jonas.weber@example.com" },
      because("They gave the address"),
    ),
    respond(
      "Done: the link and the confirmation went to jonas.weber@example.com. Is there anything about the two bookings you would like to change?",
      because("Both are booked"),
    ),
  ),
  turn(
    "Could I keep mine for a sixth day? The weather should be good.",
    move("support", because("They want to change the booking")),
    call("find_booking", { code: FIRST }, because("I find the booking before I change it")),
    call(
      "change_booking",
      { code: FIRST, days: 6 },
      because("The days may change while the bicycle is free"),
    ),
    respond(
      "Your Fernweh 24 is yours for six days now, until 20 May. There is a difference to pay; shall I put it on the same card?",
      because("The price was worked out anew"),
    ),
  ),
  turn(
    "Yes, same card.",
    move("pay", because("Something is to be paid")),
    call(
      "take_payment",
      { code: FIRST, by: "card", amount: 25.3 },
      because("The difference for one more day"),
    ),
    respond(
      "Thank you, the 25.30 EUR are paid. Shall I send a new confirmation to ida.brandt@example.com?",
      because("The address is known, but I ask"),
    ),
  ),
  turn(
    "Please do.",
    call(
      "send_confirmation",
      { code: FIRST, email: "ida.brandt@example.com" },
      because("They agreed"),
    ),
    respond(
      "Sent. It replaces the one from before; the code is the same.",
      because("Nothing else to do here"),
    ),
  ),
  turn(
    "And if Jonas is late on the 17th and brings it back after you close?",
    move("support", because("A question about the conditions")),
    call("look_up_rules", { subject: "late return" }, because("I look it up before I quote it")),
    call("find_booking", { code: SECOND }, because("Where the key goes depends on the booking")),
    respond(
      "After half past six the key goes into the box beside the door; that still counts as the same day. Only a return on the next day costs one more.",
      because("Both answers came from the tools"),
    ),
  ),
  turn(
    "What about theft? He parks in front of his house.",
    call("look_up_rules", { subject: "theft" }, because("The conditions say it exactly")),
    respond(
      "He should lock the frame to something fixed. After a theft: tell the police within a day, then us. With the insurance he pays 150 EUR at most.",
      because("From the conditions"),
    ),
  ),
  turn(
    "Good to know. Does my daughter's bike fit on the train with yours?",
    respond(
      "I cannot speak for the railway, but bicycles need a ticket of their own on most trains, and a children's bike under 20 inches often goes free. Better ask them before you travel.",
      because("Near enough to riding, but not ours to promise"),
    ),
  ),
  turn(
    "Fair enough. Can you tell me a nice route of 50 kilometres?",
    respond(
      "The river path to Altenau and back is 48 km, flat, and has a ferry that children love. At the shop we have a free map with five more.",
      because("About riding, and known"),
    ),
  ),
  turn(
    "Perfect. Could my friend have a second rain cover?",
    call("find_booking", { code: SECOND }, because("What may change stands in the booking")),
    respond(
      "One rain cover is part of the Lastenesel and covers both seats. I have noted that you asked; we will show him how it closes.",
      because("A second one is not needed"),
    ),
  ),
  turn(
    "Great. Then I think we have everything.",
    move("farewell", because("They have all they need")),
    respond(
      "To sum up: a Fernweh 24 for you from 15 to 20 May, a Lastenesel for Jonas on 16 and 17 May, both paid. Bring an identity card each. Anything else?",
      because("Summed up, and asked once"),
    ),
  ),
  turn(
    "One last thing: what if it pours on the 16th and Jonas does not want to come?",
    move("support", because("A question about the conditions")),
    call("look_up_rules", { subject: "cancelling" }, because("I look it up before I quote it")),
    respond(
      "Changes are free until two days before. On the day itself it is not paid back, but we move it to another day when the bicycle is free: just call before nine.",
      because("From the conditions and the booking"),
    ),
  ),
  turn(
    "All right, that is kind. Thank you for everything!",
    move("farewell", because("They have all they need")),
    respond(
      "You are very welcome! We look forward to seeing you on the 15th. Is there anything left?",
      because("Asked once"),
    ),
  ),
  turn(
    "No, that is all. Bye!",
    end("Goodbye, and a good ride to all of you!", because("They say goodbye")),
  ),
];
