package org.bufferyard.platform.web;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Serves the editor's page. A service, there once the feature {@code web} is installed; safe for
 * any thread, and whatever runs behind the port runs on threads of its own.
 */
@ProviderType
public interface PageServer {
  /**
   * Opens the port, once per process.
   *
   * @return the address to open in a browser, with whatever it needs to get in
   * @throws org.bufferyard.platform.input.BadInputException when the port is taken or there is no
   *     such folder
   */
  String open(PageOptions options);
}
