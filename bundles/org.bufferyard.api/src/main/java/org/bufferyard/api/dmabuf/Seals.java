package org.bufferyard.api.dmabuf;

/** {@code F_SEAL_*}: what can no longer be done to a memfd. */
public final class Seals {
  /** No more seals. */
  public static final int SEAL = 1;

  public static final int SHRINK = 2;
  public static final int GROW = 4;
  public static final int WRITE = 8;
  public static final int FUTURE_WRITE = 0x10;

  /** Every seal there is. */
  public static final int ALL = SEAL | SHRINK | GROW | WRITE | FUTURE_WRITE;

  private Seals() {}
}
