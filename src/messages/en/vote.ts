import type { vote as zh } from '../zh/vote.ts'

export const vote: Record<keyof typeof zh, string> = {
  'ballots.title': 'Vote',
  'ballots.open': 'Voting now',
  'ballots.closedOn': 'Closed {at}',
  'ballots.openUntil': 'Open until the chair closes it',
  'ballots.connected': 'Live',
  'ballots.mayBeOld': 'May be out of date',
  'ballots.passed': 'Passed',
  'ballots.rejected': 'Not passed',

  'ballots.youAre.household': 'One vote a household. You vote for building {building}, flat {door}',
  'ballots.youAre.seat': 'One vote a seat. You vote for: {seat}',
  'ballots.mark.household': 'H',
  'ballots.mark.seat': 'S',
  'ballots.notMe': 'Not me',
  'ballots.yours': 'Your vote',
  'ballots.chosen': 'Chosen',
  'ballots.cast': 'Cast this vote',
  'ballots.recast': 'Change my vote to this',
  'ballots.change': 'I changed my mind',
  'ballots.after': 'You get a receipt code. You may change your vote until the close; the last one counts.',
  'ballots.secrecy.household':
    'A recorded vote: the system keeps what each household chose. Only the totals are published, never who chose what.',
  'ballots.secrecy.seat':
    'A recorded vote: the minutes show how each seat voted. They name those against and those abstaining; whoever else voted was for.',
  'ballots.chooseFirst': 'Choose one first, then cast it',

  'ballots.in': 'Received and counted',
  'ballots.inOf.household': 'Your household voted at {at}',
  'ballots.inOf.seat': 'This seat voted at {at}',
  'ballots.yourChoice': 'The choice: {choice}',
  'ballots.receipt': 'Receipt code',
  'ballots.receiptHint':
    'After the close all codes are published, without the choices. You will find yours among them.',
  'ballots.until': 'You may change it until the chair closes the vote; the last one counts.',
  'ballots.otherCast': 'It was not you? Please tell the staff.',
  'ballots.asked': 'Fingerprint of the question {hash}',

  'ballots.closed': 'The vote has closed, so this one was not counted. The result is on this page.',
  'ballots.closedAlready': 'This vote is closed already and its result is out.',
  'ballots.notBound':
    'This device does not know your household yet. Scan the slip for your door, or check in with the code shown in the room.',
  'ballots.notListed':
    'Your household was not on the roll when the vote opened, so it cannot vote here. Please ask the staff if that seems wrong.',
  'ballots.notSeat': 'The parties at the table vote on this one. You do not hold a seat, but you can watch the result.',
  'ballots.notHere':
    'Please check in first: type the six-digit code shown in the room, or ask the staff to do it for you.',
  'ballots.notSpeaker': 'Somebody else who is here speaks for this seat tonight.',
  'ballots.signedOut': 'This device has been signed out. Please come in again and vote then.',
  'ballots.keyReused': 'This attempt was already used for a different choice. Refresh the page and vote again.',
  'ballots.noSuchChoice': 'That choice is not on this ballot. Please choose again.',
  'ballots.crowded': 'Many people are voting at once. Press again in a few seconds; your choice is still there.',
  'ballots.unsure': 'Still confirming. Please press “Cast this vote” again; it counts once, never twice.',
  'ballots.goJoin': 'Check in',

  'ballots.word.M1': 'More than against',
  'ballots.word.M2': 'Over half of those present',
  'ballots.word.M4v': 'Two thirds',
  'ballots.word.M4p': 'Two thirds of those present',
  'ballots.word.M4e': 'Two thirds of all',
  'ballots.word.M3': 'Over half of all',
  'ballots.word.M5v': 'Three quarters',
  'ballots.word.M5p': 'Three quarters of those present',
  'ballots.word.M5e': 'Three quarters of all',
  'ballots.word.M7': 'Nobody against',
  'ballots.word.S5': 'To pass',

  'ballots.because.M1.moreFor': '{for} for, more than the {against} against: passed.',
  'ballots.because.M1.tie': '{for} for and as many against; a tie is not a majority: not passed.',
  'ballots.because.M1.moreAgainst': '{for} for, fewer than the {against} against: not passed.',
  'ballots.because.M1.zero': 'Nobody voted for or against: not passed.',
  'ballots.because.M2.enough':
    '{for} {for?household:households} for, more than half of the {base} present ({needed} needed): passed.',
  'ballots.because.M2.notEnough':
    '{for} {for?household:households} for, not more than half of the {base} present ({needed} needed): not passed.',
  'ballots.because.M2.zero': 'No household was present: not passed.',
  'ballots.because.M4v.enough':
    '{for} {for?household:households} for, at least two thirds of the {base} that voted for or against ({needed} needed): passed.',
  'ballots.because.M4v.notEnough':
    '{for} {for?household:households} for, less than two thirds of the {base} that voted for or against ({needed} needed): not passed.',
  'ballots.because.M4v.zero': 'Nobody voted for or against: not passed.',
  'ballots.because.M4p.enough':
    '{for} {for?household:households} for, at least two thirds of the {base} present ({needed} needed): passed.',
  'ballots.because.M4p.notEnough':
    '{for} {for?household:households} for, less than two thirds of the {base} present ({needed} needed): not passed.',
  'ballots.because.M4p.zero': 'No household was present: not passed.',
  'ballots.because.M4e.enough':
    '{for} {for?household:households} for, at least two thirds of all {base} ({needed} needed): passed.',
  'ballots.because.M4e.notEnough':
    '{for} {for?household:households} for, less than two thirds of all {base} ({needed} needed): not passed.',
  'ballots.because.M4e.zero': 'There is no household on the roll: not passed.',
  'ballots.because.M3.enough':
    '{for} {for?household:households} for, more than half of all {base} ({needed} needed): passed.',
  'ballots.because.M3.notEnough':
    '{for} {for?household:households} for, not more than half of all {base} ({needed} needed): not passed.',
  'ballots.because.M3.zero': 'There is no household on the roll: not passed.',
  'ballots.because.M5v.enough':
    '{for} {for?household:households} for, at least three quarters of the {base} that voted for or against ({needed} needed): passed.',
  'ballots.because.M5v.notEnough':
    '{for} {for?household:households} for, less than three quarters of the {base} that voted for or against ({needed} needed): not passed.',
  'ballots.because.M5v.zero': 'Nobody voted for or against: not passed.',
  'ballots.because.M5p.enough':
    '{for} {for?household:households} for, at least three quarters of the {base} present ({needed} needed): passed.',
  'ballots.because.M5p.notEnough':
    '{for} {for?household:households} for, less than three quarters of the {base} present ({needed} needed): not passed.',
  'ballots.because.M5p.zero': 'No household was present: not passed.',
  'ballots.because.M5e.enough':
    '{for} {for?household:households} for, at least three quarters of all {base} ({needed} needed): passed.',
  'ballots.because.M5e.notEnough':
    '{for} {for?household:households} for, less than three quarters of all {base} ({needed} needed): not passed.',
  'ballots.because.M5e.zero': 'There is no household on the roll: not passed.',
  'ballots.because.M7.enough': '{for} {for?household:households} for, nobody against: passed.',
  'ballots.because.M7.against': '{for} for, {against} against: not passed.',
  'ballots.because.M7.zero': 'Nobody voted for or against: not passed.',
  'ballots.because.S5.enough': '{present} of {base} seats present, {for} for ({needed} needed): passed.',
  'ballots.because.S5.notEnough': '{present} of {base} seats present, {for} for ({needed} needed): not passed.',
  'ballots.because.S5.tooFew': 'Only {present} of {base} seats present ({seats} needed): not passed.',
  'ballots.because.S5.requiredAway': 'Nobody was there for a party that must be present ({missing}): not passed.',
  'ballots.because.S5.zero': 'No seat is held by anybody: not passed.',

  'ballots.count': 'The numbers',
  'ballots.count.present.household': 'Present',
  'ballots.count.present.seat': 'Seats present',
  'ballots.count.eligible.household': 'All households',
  'ballots.count.eligible.seat': 'Seats that are held',
  'ballots.count.needed': 'Needed for',
  'ballots.n.household': '{n} {n?household:households}',
  'ballots.n.seat': '{n} {n?seat:seats}',
  'ballots.rule': 'Rule',
  'ballots.ruleIs.M1': 'Passes when more vote for than against; abstentions do not count',
  'ballots.ruleIs.M2': 'Passes when more than half of the households present vote for; abstaining is not a yes',
  'ballots.ruleIs.M4v': 'Passes with two thirds of those who vote for or against; abstentions do not count',
  'ballots.ruleIs.M4p': 'Passes when two thirds of the households present vote for; abstaining is not a yes',
  'ballots.ruleIs.M4e': 'Passes when two thirds of all households vote for, those who stayed away included',
  'ballots.ruleIs.M3': 'Passes when more than half of all households vote for, those who stayed away included',
  'ballots.ruleIs.M5v': 'Passes with three quarters of those who vote for or against; abstentions do not count',
  'ballots.ruleIs.M5p': 'Passes when three quarters of the households present vote for; abstaining is not a yes',
  'ballots.ruleIs.M5e': 'Passes when three quarters of all households vote for, those who stayed away included',
  'ballots.ruleIs.M7': 'Passes when somebody votes for and nobody against; abstaining is not against',
  'ballots.ruleIs.S5':
    'Passes when four of five seats are present, every required party among them, and three vote for',
  'ballots.arithmetic': 'Follow the arithmetic',
  'ballots.arithmeticHint': 'It takes multiplication only: multiply both sides and see which is larger.',
  'ballots.arithmeticLater': 'After the close every step is worked out here.',
  'ballots.check': 'Check it yourself',
  'ballots.checkHint':
    'Question, choices, rule and roll were frozen the moment the vote opened; nobody can change them. These fingerprints let you check.',
  'ballots.questionHash': 'Fingerprint of the question (SHA-256)',
  'ballots.questionText': 'The text it is taken of',
  'ballots.rollHash': 'Fingerprint of the roll (SHA-256)',
  'ballots.rollHint.household': 'The roll: a line a household, written like “12-602”, sorted by bytes.',
  'ballots.rollHint.seat': 'The roll: a line a seat, its Chinese name, sorted by bytes.',
  'ballots.allReceipts': 'All receipt codes ({n})',
  'ballots.receiptsHint': 'One code a vote, without the choice. There should be as many codes as votes.',
  'ballots.noReceipts': 'Nobody voted this time.',
  'ballots.receiptsLater': 'Receipt codes are published after the close.',
  'ballots.back': 'Back to the vote',
  'ballots.toRoom': 'All items of this meeting',
  'ballots.toChair': 'Back to the chair’s desk',
  'ballots.close': 'Close the vote and announce',

  'ballots.openTitle': 'Open a vote',
  'ballots.openFor': 'Item {no}: {title}',
  'ballots.question': 'What is being decided',
  'ballots.questionHint': 'One sentence people can be for or against. It cannot be changed once the vote is open.',
  'ballots.questionMissing': 'Please say what is being decided',
  'ballots.chooseRule': 'When does it pass',
  'ballots.chooseRuleHint':
    'With the five-party rule the seats that are present vote; with any other rule the households that are present do, one vote each.',
  'ballots.notCounted': 'Votes by “{rule}” cannot be counted here yet. Please choose one of these.',
  'ballots.notCountedYet': 'Votes by this rule cannot be counted here yet. Please choose another.',
  'ballots.ownersNotCounted':
    'By law the owners decide this together, by heads and by area. Such a vote cannot be counted here yet; please hold it the way the owners’ assembly does.',
  'ballots.label.advice': 'This rule gives an opinion and decides nothing',
  'ballots.ruleMissing': 'Please choose a rule',
  'ballots.rule.M1': 'More than against',
  'ballots.rule.M2': 'Over half of those present',
  'ballots.rule.M4v': 'Two thirds of those voting',
  'ballots.rule.M4p': 'Two thirds of those present',
  'ballots.rule.M4e': 'Two thirds of all',
  'ballots.rule.M3': 'Over half of all',
  'ballots.rule.M5v': 'Three quarters of votes',
  'ballots.rule.M5p': 'Three quarters of those present',
  'ballots.rule.M5e': 'Three quarters of all',
  'ballots.rule.M7': 'Nobody against',
  'ballots.rule.S5': 'Five parties',
  'ballots.abstain': '“Abstain” is on the ballot',
  'ballots.tallyShown': 'When may people see the count',
  'ballots.tallyMissing': 'Please choose one',
  'ballots.tallyShown.live': 'While voting',
  'ballots.tallyShown.after_close': 'After the close',
  'ballots.tallyShownHint':
    'How many have voted is always shown. With “After the close” nobody sees for what until then.',
  'ballots.openNow': 'Open the vote',

  'ballots.notInSession': 'The meeting is not in session, so nothing can be voted on.',
  'ballots.notDiscussed': 'This item has not been discussed yet. Discuss it first, then vote.',
  'ballots.alreadyOpen': 'This item is being voted on now.',
  'ballots.alreadyDecided': 'This item has already been voted on.',
  'ballots.deferred': 'This item was put off and is not voted on today.',
  'ballots.oneAtATime': 'Another vote is open in this meeting. Close that one first.',

  'tell.passed':
    '[Wutong] What you reported was voted on and passed: {for} for, {against} against, {abstain} abstaining. Who does it by when will follow: {link}',
  'tell.rejected':
    '[Wutong] What you reported was voted on and did not pass: {for} for, {against} against, {abstain} abstaining. The numbers and why: {link}',

  'journal.ballot.opened': 'Opened the vote; {eligible} {eligible?vote:votes} on the roll',
  'journal.ballot.passed': 'The vote passed: {for} for, {against} against, {abstain} abstaining',
  'journal.ballot.rejected': 'The vote did not pass: {for} for, {against} against, {abstain} abstaining',
  'journal.issue.decided': 'Voted on at the meeting: {for} for, {against} against, {abstain} abstaining',
  'journal.issue.closed_not_adopted':
    'The vote did not pass, so this is not adopted: {for} for, {against} against, {abstain} abstaining',
}
