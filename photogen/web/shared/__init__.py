"""What a share link shows: whole pages made on the server, without Reflex. Programs that make previews run no script,
and somebody who only looks at a picture needs neither a socket nor a state."""
