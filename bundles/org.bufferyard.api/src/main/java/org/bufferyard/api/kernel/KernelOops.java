package org.bufferyard.api.kernel;

/**
 * The modelled kernel killed the calling thread: a bad access or a BUG. It is thrown after the
 * matching event was emitted, unwinds the modelled call chain as the dying thread would, and is
 * caught where the call entered the kernel. Locks that the chain held stay held, as on a machine.
 */
public final class KernelOops extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Rule rule;

  public KernelOops(Rule rule, String message) {
    // The Java stack says nothing about the modelled kernel: leave it out.
    super(message, null, false, false);
    this.rule = rule;
  }

  /** The rule under which the kernel dies. */
  public Rule rule() {
    return rule;
  }
}
