// The story that "Show me" plays. A step says a sentence and acts as the people would.
export const story = [];
