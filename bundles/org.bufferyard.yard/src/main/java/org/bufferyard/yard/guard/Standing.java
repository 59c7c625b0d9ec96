package org.bufferyard.yard.guard;

/**
 * What became of a kind in one yard. One that broke serves on until it is exchanged, since nobody else
 * can undo its work as well; one that hung is cut off: its contexts throw, its instances are not called
 * again, and the yard undoes what they hold. Written by whoever finds out, read by any thread.
 */
public final class Standing {
  private volatile boolean broken;
  private volatile boolean cutOff;

  public boolean isBroken() {
    return broken;
  }

  public void broke() {
    broken = true;
  }

  boolean isCutOff() {
    return cutOff;
  }

  void cutOff() {
    cutOff = true;
  }
}
