import type { JSX } from "preact";

interface StepperProps {
  label: string;
  value: number;
  least: number;
  most: number;
  onValue: (value: number) => void;
}

/** A small whole number with a button on either side. */
export function Stepper({ label, value, least, most, onValue }: StepperProps): JSX.Element {
  const set = (next: number): void => {
    onValue(Math.min(most, Math.max(least, next)));
  };
  return (
    <div class="stepper" role="group" aria-label={label}>
      <button
        type="button"
        aria-label="−1"
        disabled={value <= least}
        onClick={() => {
          set(value - 1);
        }}
      >
        −
      </button>
      <output>{value}</output>
      <button
        type="button"
        aria-label="+1"
        disabled={value >= most}
        onClick={() => {
          set(value + 1);
        }}
      >
        +
      </button>
    </div>
  );
}
