package org.bufferyard.api.event;

import org.bufferyard.api.kernel.KernelProfile;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What the context of every plug-in instance has: the kernel it plays and the stream it writes to.
 *
 * <p>Contexts are handed out by the yard and used on its engine thread only. After the yard revoked
 * one (its plug-in left, hung or broke its contract), every method throws {@link
 * IllegalStateException}.
 */
@ProviderType
public interface KindContext {
  KernelProfile kernel();

  EventSink events();
}
