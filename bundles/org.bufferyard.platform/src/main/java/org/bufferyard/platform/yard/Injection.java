package org.bufferyard.platform.yard;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Makes requests of the engines fail that would have been served. It stands before whatever plug-in
 * serves them, so that no provider knows of it. Engine thread only.
 */
@ProviderType
public interface Injection {
  /**
   * A request for pages fails, whichever zone, area, pool or translation table asks for them; those
   * before and after it are served. An allocation may ask several in turn, and each of them counts.
   *
   * @param nth from now on, counted from 1
   */
  void failPages(int nth);

  /**
   * A request for addresses in a device's domain finds none.
   *
   * @param nth from now on, counted from 1
   * @throws org.bufferyard.platform.input.BadInputException when the device has no domain
   */
  void failIova(YardDevice device, int nth);

  /**
   * The device is unplugged: it drives its bus no more, what it left behind is undone from the
   * ledger, and its handle is dead.
   */
  void unplug(YardDevice device);
}
