package org.bufferyard.yard;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A trap that does not let go: of one method, from the moment it is armed. */
final class Hang implements Planted.Trap {
  private final String method;
  private final boolean heeds;
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final CountDownLatch reached = new CountDownLatch(1);
  private volatile boolean armed;

  /**
   * @param heeds whether it ends when it is interrupted
   */
  Hang(String method, boolean heeds) {
    this.method = method;
    this.heeds = heeds;
  }

  void arm() {
    armed = true;
  }

  /** Lets those go that took no notice of the interrupt. */
  void letGo() {
    letGo.countDown();
  }

  void awaitReached() throws InterruptedException {
    if (!reached.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("nobody called " + method);
    }
  }

  @Override
  public void entering(String called, Object[] arguments) throws InterruptedException {
    if (!armed || !called.equals(method)) {
      return;
    }
    reached.countDown();
    while (letGo.getCount() > 0) {
      try {
        letGo.await();
      } catch (InterruptedException e) {
        if (heeds) {
          throw e;
        }
      }
    }
  }
}
