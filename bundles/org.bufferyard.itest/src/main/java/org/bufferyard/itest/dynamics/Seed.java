package org.bufferyard.itest.dynamics;

import java.util.Random;
import org.osgi.framework.BundleContext;

/** Where a test's random orders come from: printed, and repeatable. */
record Seed(long value) {
  private static final String PROPERTY = "bufferyard.seed";

  /** A fresh seed, or the one that {@code -Dbufferyard.seed=N} names. */
  static Seed of(BundleContext context, Class<?> test) {
    String given = context.getProperty(PROPERTY);
    long value = given == null || given.isBlank() ? System.nanoTime() : Long.parseLong(given);
    System.out.println(test.getSimpleName() + " seed " + value);
    return new Seed(value);
  }

  Random random() {
    return new Random(value);
  }

  @Override
  public String toString() {
    return "seed " + value;
  }
}
