"""`python -m tests.process.impatient serve` is `cally serve` that looks at itself every half second."""

from cally.ops.monitor import sampler

if __name__ == "__main__":
    from cally.cli import main

    sampler.EVERY_SECONDS = 0.5  # type: ignore[assignment]
    sampler.FIRST_SECONDS = 0
    sampler.ROW_SECONDS = 2
    main()
