package org.bufferyard.shell.command;

import java.nio.file.Path;
import org.bufferyard.platform.input.BadInputException;
import org.bufferyard.platform.web.PageOptions;
import picocli.CommandLine.Option;

/** Where the editor's page is served, and what it sees. */
final class PageArguments {
  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the editor page, 0 for any (default: ${DEFAULT-VALUE}, or any when taken).")
  private int port = PageOptions.USUAL_PORT;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "Address to serve it on (default: ${DEFAULT-VALUE}); beyond this machine it needs a token.")
  private String host = "127.0.0.1";

  @Option(
      names = "--workspace",
      paramLabel = "DIR",
      description = "The folder whose boards the page opens and saves (default: this one).")
  private Path workspace = Path.of("");

  PageOptions options(Path directory) {
    if (port < 0 || port > 0xffff) {
      throw new BadInputException("ports are 0 to 65535", "--port " + port, "");
    }
    return new PageOptions(host, port, directory.resolve(workspace).normalize());
  }
}
