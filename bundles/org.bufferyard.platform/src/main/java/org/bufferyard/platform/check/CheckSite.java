package org.bufferyard.platform.check;

import org.bufferyard.api.kernel.KernelProfile;
import org.bufferyard.platform.spec.PlatformSpec;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a watching rule works with: the board, and where findings go. One for each watch; on the
 * thread that feeds the stream.
 */
@ProviderType
public interface CheckSite {
  PlatformSpec board();

  KernelProfile kernel();

  /** Whether events of this stream went by before the watch began. */
  boolean joined();

  /** Takes a finding, in the order in which the rule reports them. */
  void report(Finding finding);
}
