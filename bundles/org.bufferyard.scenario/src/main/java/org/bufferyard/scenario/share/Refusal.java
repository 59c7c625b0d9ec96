package org.bufferyard.scenario.share;

/**
 * An error that user space sees. The steps that led to it stand in the event stream already.
 *
 * @param rc negative errno
 * @param at the call that returned it to user space, such as {@code "VIDIOC_EXPBUF"}
 */
public record Refusal(int rc, String at) {
  public Refusal {
    if (rc >= 0) {
      throw new IllegalArgumentException("rc " + rc + " refuses nothing");
    }
  }
}
