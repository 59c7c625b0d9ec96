package org.bufferyard.topology;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.eclipse.emf.common.util.URI;
import org.eclipse.emf.ecore.resource.ResourceSet;
import org.eclipse.emf.ecore.resource.impl.URIHandlerImpl;

/**
 * Opens nothing. EMF would fetch an unknown namespace from the network, and whatever a reference
 * names from the disk; our files are whole in themselves.
 */
final class SealedUris extends URIHandlerImpl {
  private SealedUris() {}

  static void seal(ResourceSet set) {
    set.getURIConverter().getURIHandlers().clear();
    set.getURIConverter().getURIHandlers().add(new SealedUris());
  }

  @Override
  public boolean canHandle(URI uri) {
    return true;
  }

  @Override
  public InputStream createInputStream(URI uri, Map<?, ?> options) throws IOException {
    throw new IOException("not opened: " + uri);
  }

  @Override
  public boolean exists(URI uri, Map<?, ?> options) {
    return false;
  }
}
