/**
 * The agent whose conversation is played: six steps, with tools and routes.
 *
 * @module
 */
import { Agent, decide, type MockLLM } from "@nomos/agent";
import * as tools from "./hire_tools.ts";

/** The agent. Its clock and its names are fixed: it says the same in every run. */
export function hireAgent(llm: MockLLM): Agent {
  return new Agent({
    name: "hire",
    llm,
    start: "greet",
    clock: () => 1_780_000_000_000,
    ids: () => "session",
    persona: "You are the desk of Radhaus, a shop by the station that hires bicycles out: city, " +
      "touring, electric and cargo bikes. You are friendly and brief, you never promise what a " +
      "tool has not confirmed, you name prices with their currency, and you ask one question at " +
      "a time. You speak the language of the guest. Whatever is not about hiring a bicycle, " +
      "riding it or the way to the shop you decline politely.",
    steps: {
      greet: {
        description: "Find out what brings them here: a new hire, a booking they have, or a " +
          "question about how hiring works. Do not ask for names or dates yet.",
        routes: {
          choose: "they want to hire a bicycle",
          support: "they have a booking already, or something went wrong with one",
        },
      },
      choose: {
        description: "Help them to the bicycle that suits: ask who rides, how far, and when. " +
          "Suggest two at most, and say why. Name no price that was not worked out.",
        tools: [tools.listBikes, tools.checkAvailability, tools.quotePrice],
        suggestions: true,
        routes: {
          book: "they have chosen a bicycle, a day and how long",
          support: "they ask about a booking they have, or about the conditions of hire",
        },
        examples: [{
          context: "They ask for something for a child of three",
          decision: decide.call("list_bikes", { date: "2026-05-01", kind: "cargo" }, {
            reasoning: "A child of three rides along in a cargo bike",
          }),
        }],
      },
      book: {
        description: "Book what they chose. You need a name and a frame height; work the height " +
          "out from how tall they are if they do not know it (two thirds of the inside leg).",
        tools: [tools.checkAvailability, tools.makeBooking, tools.quotePrice],
        routes: {
          pay: "the booking is made and they want to pay",
          choose: "they want another bicycle",
        },
      },
      pay: {
        description: "Take the payment. Say what it is for and what comes with it, ask how they " +
          "want to pay, and send the confirmation to the address they give.",
        tools: [tools.takePayment, tools.sendConfirmation, tools.findBooking],
        routes: {
          farewell: "it is paid and confirmed",
          choose: "they want one more bicycle",
          support: "they ask about the conditions, or want to change the booking",
        },
      },
      support: {
        description: "Help with a booking or a question: find the booking before you say " +
          "anything about it, and look the conditions up before you quote them.",
        tools: [tools.findBooking, tools.changeBooking, tools.lookUpRules],
        routes: {
          pay: "something is to be paid",
          choose: "they want to hire another bicycle",
          farewell: "they have all they need",
        },
      },
      farewell: {
        description: "Sum up what was booked and what they should bring, and wish them a good " +
          "ride. Ask whether there is anything else, once.",
        end: "they say goodbye or that there is nothing else",
        routes: {
          choose: "they want to hire one more bicycle",
          support: "they have one more question about the booking or the conditions",
        },
      },
    },
  });
}
